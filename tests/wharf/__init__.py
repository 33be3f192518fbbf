"""What the end-to-end tests stand on: a server, its clients and real images."""
