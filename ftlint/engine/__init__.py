"""The engine: blocks are judged one by one, in any process, and merged in their order."""
