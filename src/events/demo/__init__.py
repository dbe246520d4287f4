"""Demo: an invented delegation trip with its guests, for looking around and for tests. It stands on top: it may import every room."""
