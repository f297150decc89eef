"""Routes of infrastructure code, and how they meet the code behind them."""

from __future__ import annotations

from textwrap import dedent

from scanners.endpoints import Endpoints
from tests.support.context import scan

HANDLER = """
def handler(event, context):
    return {"statusCode": 200}
"""


def inventory(files: dict[str, str]) -> dict[str, tuple[str, str]]:
    found = scan(Endpoints(), {name: dedent(text) for name, text in files.items()}).records
    return {r.name: (r.text["auth"], f"{r.text['file']}:{r.text['line']}") for r in found if r.kind == "endpoint"}


SAM = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {Auth: {DefaultAuthorizer: Jwt}}
  Boats:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/boats
      Handler: app.handler
      Events:
        List: {Type: HttpApi, Properties: {Path: /boats, Method: get, ApiId: !Ref Api}}
        Open: {Type: HttpApi, Properties: {Path: /boats/open, Method: post, ApiId: !Ref Api, Auth: {Authorizer: NONE}}}
"""


def test_the_default_authorizer_of_a_sam_api_guards_what_does_not_opt_out() -> None:
    assert inventory({"template.yaml": SAM, "src/boats/app.py": HANDLER}) == {
        "GET /boats": ("yes", "src/boats/app.py:2"),
        "POST /boats/open": ("no", "src/boats/app.py:2"),
    }


def test_a_route_of_cloudformation_gets_its_path_from_the_chain_of_resources() -> None:
    template = """
    Resources:
      Api: {Type: AWS::ApiGateway::RestApi}
      Boats:
        Type: AWS::ApiGateway::Resource
        Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: boats}
      Boat:
        Type: AWS::ApiGateway::Resource
        Properties: {RestApiId: !Ref Api, ParentId: !Ref Boats, PathPart: "{id}"}
      Get:
        Type: AWS::ApiGateway::Method
        Properties: {HttpMethod: GET, ResourceId: !Ref Boat, AuthorizationType: COGNITO_USER_POOLS}
    """
    assert inventory({"stack.yml": template, "app.py": "x = 1"}) == {"GET /boats/{id}": ("yes", "stack.yml:10")}


def test_serverless_functions_may_stand_in_an_included_file() -> None:
    files = {
        "serverless.yml": """
        service: shop
        provider: {name: aws}
        functions: ${file(functions.yml)}
        """,
        "functions.yml": """
        list:
          handler: src/list.handler
          events:
            - httpApi: GET /orders
            - http: {path: "orders/{id}", method: delete, authorizer: aws_iam}
        """,
        "src/list.py": HANDLER,
    }
    assert inventory(files) == {
        "GET /orders": ("no", "src/list.py:2"),
        "DELETE /orders/{id}": ("yes", "src/list.py:2"),
    }


def test_terraform_routes_carry_their_authorization() -> None:
    source = """
    resource "aws_apigatewayv2_route" "list" {
      route_key          = "GET /boats"
      authorization_type = "JWT"
      target             = "integrations/${aws_apigatewayv2_integration.boats.id}"
    }
    resource "aws_apigatewayv2_integration" "boats" {
      integration_uri = aws_lambda_function.boats.invoke_arn
    }
    resource "aws_lambda_function" "boats" {
      handler = "boats.handler"
    }
    """
    assert inventory({"infra/main.tf": source, "lambda/boats.py": HANDLER}) == {
        "GET /boats": ("yes", "lambda/boats.py:2")
    }


def test_what_the_router_serves_and_nobody_declares_is_undeclared() -> None:
    router = """
    def handler(event, context):
        if event["routeKey"] == "GET /boats":
            return boats()
        if event["routeKey"] == "DELETE /boats":
            return sink()
    """
    found = scan(Endpoints(), {"template.yaml": dedent(SAM), "src/boats/app.py": dedent(router)}).records
    assert [r.name for r in found if r.text.get("undeclared")] == ["DELETE /boats"]


def test_a_document_that_grows_by_aliases_is_cut_off() -> None:
    bomb = "openapi: 3.0.0\na: &a [x, x, x, x, x, x, x, x, x]\n"
    for left, right in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{right}: &{right} [{', '.join(['*' + left] * 9)}]\n"
    assert inventory({"api.yaml": bomb + "paths: {}\n", "app.py": "x = 1"}) == {}
