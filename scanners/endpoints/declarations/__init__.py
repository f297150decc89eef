"""Routes as infrastructure code declares them: SAM, CloudFormation (also CDK's output), Serverless, Terraform, OpenAPI."""
