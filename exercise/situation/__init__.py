"""What the screens show, worked out once from the rows of one exercise; the pages and the stream
draw from it.
"""
