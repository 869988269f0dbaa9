"""Language models: any server with OpenAI's chat completions, or none."""
