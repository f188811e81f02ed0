"""The participant over HTTP and WebSockets."""
