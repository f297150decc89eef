"""Ship, captain, crew: who sails on which charter, and what has been signed."""

import base64
import hmac
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "shipcaptaincrew"))
s3 = boto3.client("s3")

HEADERS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}


def respond(status, body):
    return {"statusCode": status, "headers": HEADERS, "body": json.dumps(body, default=str)}


def claims_of(event):
    """What the token says."""
    token = event["headers"].get("authorization", "").split(".")
    if len(token) != 3:
        return {}
    return json.loads(base64.urlsafe_b64decode(token[1] + "=="))


def captain_only(event):
    given = event["headers"].get("x-captain-key", "")
    return hmac.compare_digest(given, os.environ["CAPTAIN_KEY"])


def list_charters(event):
    return respond(200, table.scan()["Items"])


def add_charter(event):
    if not captain_only(event):
        return respond(403, {"error": "captains only"})
    body = json.loads(event["body"])
    if not body.get("date") or not body.get("guests"):
        return respond(400, {"error": "date and guests are needed"})
    table.put_item(Item={"id": body["date"], "guests": int(body["guests"])})
    return respond(201, {"ok": True})


def assign_crew(event):
    body = json.loads(event["body"])
    table.update_item(
        Key={"id": body["charter"]}, UpdateExpression="SET crew = :c", ExpressionAttributeValues={":c": body["crew"]}
    )
    return respond(200, {"ok": True})


def sign_waiver(event):
    table.put_item(Item=json.loads(event["body"]))
    return respond(201, {"ok": True})


def upload_address(event):
    name = json.loads(event["body"])["name"]
    return respond(200, {"url": s3.generate_presigned_url("put_object", Params={"Bucket": os.environ["BUCKET"], "Key": name})})


ROUTES = {
    "GET /charters": list_charters,
    "POST /charters": add_charter,
    "POST /crew": assign_crew,
    "POST /waivers": sign_waiver,
    "POST /uploads": upload_address,
}


def lambda_handler(event, context):
    method = event["requestContext"]["http"]["method"]
    path = event["rawPath"]
    handler = ROUTES.get(f"{method} {path}")
    if handler is None:
        return respond(404, {"error": "not found"})
    return handler(event)
