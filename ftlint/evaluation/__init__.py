"""How good answers are: of a real model, as the API returns them, or of the offline one (extra `ftlint[evaluate]`)."""
