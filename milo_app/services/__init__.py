"""Use cases, one module per noun. They know the domain and the ports, and nothing of SQL, HTTP or a provider."""
