"""The API behind the booking site: events, users and checklists in DynamoDB."""

import json
import os
import re
import traceback

import boto3

from auth import require_user

events = boto3.resource("dynamodb").Table(os.environ.get("EVENTS_TABLE", "jada-events"))
users = boto3.resource("dynamodb").Table(os.environ.get("USERS_TABLE", "jada-users"))
checklists = boto3.resource("dynamodb").Table(os.environ.get("CHECKLISTS_TABLE", "jada-checklists"))


def reply(status, body):
    return {
        "statusCode": status,
        "headers": {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"},
        "body": json.dumps(body, default=str),
    }


def lambda_handler(event, context):
    print(json.dumps(event))
    method = event["requestContext"]["http"]["method"]
    path = event.get("rawPath", "/")
    try:
        return route(event, method, path)
    except Exception:
        return reply(500, {"error": traceback.format_exc()})


def route(event, method, path):
    if method == "OPTIONS":
        return reply(200, {})
    if path == "/api/health":
        return reply(200, {"ok": True})
    if path == "/api/events" and method == "GET":
        return reply(200, events.scan()["Items"])
    if path == "/api/login" and method == "POST":
        return login(event)
    if path == "/api/requests" and method == "POST":
        return take_request(event)
    if path == "/api/users" and method == "GET":
        return reply(200, users.scan()["Items"])
    if path == "/api/export" and method == "POST":
        return reply(200, {"users": users.scan()["Items"], "events": events.scan()["Items"]})

    user = require_user(event)
    if user is None:
        return reply(401, {"error": "sign in first"})
    seat = re.match(r"^/api/events/([\w-]+)/seats$", path)
    if seat and method == "DELETE":
        return cancel_seats(seat.group(1))
    if path == "/api/me" and method == "GET":
        return reply(200, user)
    if path.startswith("/api/checklists/"):
        return checklist(event, method, path.rsplit("/", 1)[-1])
    booking = re.match(r"^/api/events/([\w-]+)/bookings$", path)
    if booking and method == "POST":
        return book(event, booking.group(1), user)
    return reply(404, {"error": "not found"})


def login(event):
    body = json.loads(event["body"])
    found = users.get_item(Key={"email": body["email"]}).get("Item")
    if not found or found["code"] != body["code"]:
        return reply(401, {"error": "wrong code"})
    return reply(200, {"token": issue(found)})


def take_request(event):
    events.put_item(Item=json.loads(event["body"]))
    return reply(201, {"ok": True})


def cancel_seats(event_id):
    events.update_item(Key={"id": event_id}, UpdateExpression="REMOVE seats")
    return reply(200, {"ok": True})


def checklist(event, method, name):
    if method == "GET":
        return reply(200, checklists.get_item(Key={"name": name}).get("Item"))
    if method == "PUT":
        body = json.loads(event["body"])
        if "steps" not in body:
            return reply(400, {"error": "steps are missing"})
        checklists.put_item(Item={"name": name, "steps": body["steps"]})
        return reply(200, {"ok": True})
    return reply(405, {"error": "method not allowed"})


def book(event, event_id, user):
    body = json.loads(event["body"])
    if not 1 <= int(body.get("seats", 0)) <= 12:
        return reply(400, {"error": "one to twelve seats"})
    return reply(201, {"event": event_id, "user": user["sub"], "seats": body["seats"]})


def issue(user):
    import jwt

    return jwt.encode({"sub": user["email"]}, os.environ["JWT_SECRET"], algorithm="HS256")
