"""The language server: what editors show of a dataset while it is written.

text      a document, and where its lines and characters are for an editor
checks    what is found in it, and how it is repaired; nothing of the protocol
answers   findings as diagnostics and code actions, pages and tokens as hovers
server    the conversation with an editor
"""
