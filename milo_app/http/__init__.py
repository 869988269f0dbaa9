"""What is not a page: saving answers, uploads, sign-in, links, files, webhooks, health."""
