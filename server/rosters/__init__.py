"""When specialists can be met: weekly rules, exceptions, free slots."""
