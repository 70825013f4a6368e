"""How a request becomes a response: routes, forms, protection, templates."""
