package dev.plumbline.agent;

import dev.plumbline.control.HttpException;
import dev.plumbline.control.Reply;
import dev.plumbline.control.Request;
import dev.plumbline.control.UnixServer;
import java.io.IOException;

/**
 * The requests of the control socket: {@code GET /v1/status}, {@code POST /v1/trigger} with {@code ?wait},
 * {@code POST /v1/suspend}, {@code POST /v1/resume}.
 */
public record ControlRoutes(AgentControl control) implements UnixServer.Handler {

    @Override
    public void handle(Request request, Reply reply) throws IOException {
        switch (request.path()) {
            case "/v1/status" -> {
                require(request, "GET");
                reply.send(200, Reply.JSON, control.status());
            }
            case "/v1/trigger" -> {
                require(request, "POST");
                boolean wait = request.flag("wait");
                reply.send(wait ? 200 : 202, Reply.JSON, triggered(wait));
            }
            case "/v1/suspend" -> {
                require(request, "POST");
                control.suspend();
            }
            case "/v1/resume" -> {
                require(request, "POST");
                control.resume();
            }
            default -> throw new HttpException(404, "there is no " + request.path()
                    + "; there are /v1/status, /v1/trigger, /v1/suspend and /v1/resume");
        }
    }

    private String triggered(boolean wait) throws HttpException {
        try {
            return control.trigger(wait);
        } catch (IllegalStateException e) {
            throw new HttpException(409, String.valueOf(e.getMessage()));
        }
    }

    private static void require(Request request, String method) throws HttpException {
        if (!request.method().equals(method)) {
            throw new HttpException(405, request.path() + " wants " + method);
        }
    }
}
