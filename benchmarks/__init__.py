"""What the product is measured with. The product imports nothing of it."""
