"""Understanding what people typed: pure functions over text."""
