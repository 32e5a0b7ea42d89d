"""The only place where foreign bytes are opened."""
