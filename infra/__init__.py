"""Where it runs: the CDK stack. It knows of the product its routes alone."""
