"""A photo as a painter or a draughtsman would have made it: oil, watercolour, brush strokes, pencils."""
