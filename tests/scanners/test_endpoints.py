"""The endpoint inventory: routers of many styles, guards, calls, and the join."""

from __future__ import annotations

from textwrap import dedent

from auditor.model.fact import Record
from scanners.endpoints import Endpoints
from tests.support.context import scan


def records(kind: str, **files: str) -> list[Record]:
    content = {name.replace("__", "/").replace("_dot_", "."): dedent(text) for name, text in files.items()}
    return [r for r in scan(Endpoints(), content).records if r.kind == kind]


def routes(**files: str) -> dict[str, str]:
    """`METHOD path` to auth."""
    return {f"{r.text['method']} {r.text['path']}": r.text["auth"] for r in records("endpoint", **files)}


ROUTER = """
    import json, re
    from auth import verify_token

    ROUTES = {"GET /boats": list_boats, "POST /boats": add_boat}
    TABLE = [("GET", r"^/crew/(\\d+)$", get_crew), ("POST", r"^/crew$", add_crew)]

    def list_boats(event):
        return respond(200, [])

    def add_boat(event):
        return respond(201, {})

    def get_crew(event):
        return respond(200, {})

    def add_crew(event):
        return respond(201, {})

    def lambda_handler(event, context):
        path = event.get("rawPath") or event.get("path", "/")
        method = event["requestContext"]["http"]["method"]
        if path.startswith("/prod"):
            path = path[5:]
        if method == "OPTIONS":
            return respond(200, {})
        if path == "/health" and method == "GET":
            return respond(200, {"ok": True})
        if path == "/login":
            if method == "POST":
                return login(event)
            return respond(405, {})
        user = verify_token(event)
        if not user:
            return respond(401, {})
        if path.startswith("/events"):
            return events(event, method, path)
        parts = path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "users" and method == "DELETE":
            return delete_user(parts[1])
        key = f"{method} {path}"
        if key in ROUTES:
            return ROUTES[key](event)
        for verb, pattern, function in TABLE:
            if verb == method and re.match(pattern, path):
                return function(event)
        match (method, path):
            case ("GET", "/me"):
                return respond(200, user)
            case ("POST", "/waiver" | "/sign"):
                return respond(201, {})
        return respond(404, {})

    def events(event, method, path):
        if method == "GET":
            if path == "/events":
                return respond(200, [])
            return get_event(path)
        return respond(405, {})
"""


def test_a_hand_written_router_is_followed_through_branches_tables_loops_and_calls() -> None:
    assert routes(lambda_function_dot_py=ROUTER) == {
        "GET /health": "no",
        "POST /login": "no",
        "GET /events": "yes",
        "DELETE /users/{id}": "yes",
        "GET /boats": "yes",
        "POST /boats": "yes",
        "GET /crew/{id}": "yes",
        "POST /crew": "yes",
        "GET /me": "yes",
        "POST /waiver": "yes",
        "POST /sign": "yes",
    }


def test_a_route_that_the_check_spares_is_open() -> None:
    assert routes(
        handler_dot_py="""
        PUBLIC = ("/health", "/boats")
        def handler(event, context):
            path, method = event["path"], event["httpMethod"]
            if path not in PUBLIC:
                claims = verify_token(event)
                if claims is None:
                    return {"statusCode": 401}
            if path == "/boats":
                return boats()
            if path == "/crew":
                return crew()
            return {"statusCode": 404}
        """
    ) == {"ANY /boats": "no", "ANY /crew": "yes"}


def test_a_token_that_is_decoded_without_verification_is_no_guard() -> None:
    found = records(
        "endpoint",
        handler_dot_py="""
        import jwt
        def current_user(event):
            return jwt.decode(event["headers"]["authorization"], options={"verify_signature": False})
        def handler(event, context):
            user = current_user(event)
            if event["routeKey"] == "DELETE /boats/{id}":
                return remove(event)
        """,
    )
    assert [(r.text["auth"], "without verification" in r.text["evidence"]) for r in found] == [("no", True)]


def test_prefixes_of_included_routers_and_blueprints_are_part_of_the_path() -> None:
    assert routes(
        main_dot_py="""
        from fastapi import FastAPI, Depends
        from api.boats import router
        app = FastAPI()
        app.include_router(router, prefix="/api/v1")
        """,
        api__boats_dot_py="""
        from fastapi import APIRouter, Depends
        from auth import get_current_user
        router = APIRouter(prefix="/boats", dependencies=[Depends(get_current_user)])
        @router.get("/{boat_id}")
        async def boat(boat_id: int): ...
        """,
        flaskapp_dot_py="""
        from flask import Flask, Blueprint
        bp = Blueprint("crew", __name__, url_prefix="/crew")
        @bp.route("/<int:crew_id>", methods=["PUT", "DELETE"])
        def change(crew_id): ...
        app = Flask(__name__)
        app.register_blueprint(bp)
        """,
    ) == {"GET /api/v1/boats/{boat_id}": "yes", "PUT /crew/{crew_id}": "no", "DELETE /crew/{crew_id}": "no"}


def test_calls_are_found_through_wrappers_constants_and_templates() -> None:
    found = records(
        "call",
        index_dot_html="""
        <html><script>
        const API = window.API_BASE || "https://abc.execute-api.us-west-2.amazonaws.com/prod";
        async function api(path, options = {}) {
          return fetch(API + path, { ...options, headers: {} });
        }
        api("/events");
        api(`/events/${id}/join`, { method: "POST" });
        fetch(`${API}/login`, { method: 'POST', body });
        axios.delete("/boats/" + boat.id);
        const xhr = new XMLHttpRequest();
        xhr.open("PUT", "/crew");
        $.ajax({ url: "/legacy", type: "PATCH" });
        google.script.run.withSuccessHandler(done).book(1);
        </script></html>
        """,
    )
    assert [(r.text["method"], r.text["path"], r.text["line"]) for r in found] == [
        ("GET", "/events", "7"),
        ("POST", "/events/{id}/join", "8"),
        ("POST", "/login", "9"),
        ("DELETE", "/boats/{id}", "10"),
        ("PUT", "/crew", "12"),
        ("PATCH", "/legacy", "13"),
        ("RUN", "book", "14"),
    ]


def test_the_join_names_what_is_missing_and_what_is_dead() -> None:
    files = {
        "handler_dot_py": """
        def handler(event, context):
            key = event["routeKey"]
            if key == "GET /boats": return boats()
            if key == "POST /boats": return add()
            if key == "DELETE /boats/{id}": return remove()
        """,
        "web__app_dot_js": """
        fetch("/boats"); fetch("/boats", {method: "POST"}); fetch("/crew/list");
        """,
    }
    assert [r.text["path"] for r in records("call", **files) if r.text["missing"]] == ["/crew/list"]
    assert [r.name for r in records("endpoint", **files) if r.text["dead"]] == ["DELETE /boats/{id}"]


def test_django_addresses_are_joined_across_included_files_and_permissions_count() -> None:
    assert routes(
        site__urls_dot_py="""
        from django.urls import include, path
        urlpatterns = [path("api/", include("shop.urls")), path("about/", about)]
        """,
        shop__urls_dot_py="""
        from django.urls import include, path
        from rest_framework.routers import DefaultRouter
        from . import views
        router = DefaultRouter()
        router.register("boats", views.BoatViewSet)
        urlpatterns = [
            path("orders/<int:pk>/", views.OrderView.as_view()),
            path("hook/", views.hook),
            path("", include(router.urls)),
        ]
        """,
        shop__views_dot_py="""
        from django.contrib.auth.mixins import LoginRequiredMixin
        from django.views.decorators.http import require_POST
        from rest_framework.permissions import IsAuthenticatedOrReadOnly
        from rest_framework.viewsets import ModelViewSet
        class OrderView(LoginRequiredMixin, View):
            def get(self, request, pk): ...
            def delete(self, request, pk): ...
        @require_POST
        def hook(request): ...
        class BoatViewSet(ModelViewSet):
            permission_classes = [IsAuthenticatedOrReadOnly]
        """,
    ) == {
        "ANY /about": "no",
        "GET /api/orders/{pk}": "yes",
        "DELETE /api/orders/{pk}": "yes",
        "POST /api/hook": "no",
        "GET /api/boats": "no",
        "POST /api/boats": "yes",
        "GET /api/boats/{pk}": "no",
        "PUT /api/boats/{pk}": "yes",
        "PATCH /api/boats/{pk}": "yes",
        "DELETE /api/boats/{pk}": "yes",
    }


def test_django_pages_of_the_schema_answer_get_alone() -> None:
    assert routes(
        urls_dot_py="""
        from django.urls import path
        from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
        class OwnSwaggerView(SpectacularSwaggerView):
            pass
        urlpatterns = [
            path("schema/", SpectacularAPIView.as_view()),
            path("docs/", OwnSwaggerView.as_view(url_name="schema")),
        ]
        """,
    ).keys() == {"GET /schema", "GET /docs"}
