"""Who acts: guards for handlers and routes, and running a service off the event loop."""
