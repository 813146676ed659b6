"""The service that bench-api compares Whoosh's Service A with."""
