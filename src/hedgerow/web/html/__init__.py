"""What every door for browsers is made of: forms, cookies, headers, files. Knows none of them."""
