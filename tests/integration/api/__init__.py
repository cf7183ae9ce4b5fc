"""The API over real sockets and real TLS."""
