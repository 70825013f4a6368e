"""Who may do what: roles, permissions and the person behind a request."""
