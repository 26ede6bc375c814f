"""A record that a template does not take."""


class RefusedError(Exception):
    """The template raises on a record; its text is what the template, or Jinja, says."""
