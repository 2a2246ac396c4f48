"""The CDK stack: where the product runs. Of the product it knows the routes alone."""
