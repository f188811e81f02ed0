"""The processes of Cantata; each ends well when it is told to, and loads only what it needs."""
