"""Put freshly drawn sheets into the office's own file, and leave everything else in it as it is."""
