"""The outside world behind the ports: the real part and the local one side by side."""
