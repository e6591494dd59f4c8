package dev.plumbline.push;

import dev.plumbline.control.HttpException;
import dev.plumbline.control.Reply;
import dev.plumbline.control.Request;
import dev.plumbline.control.UnixServer;
import dev.plumbline.host.HostException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;

/**
 * The requests of the push socket: {@code POST /v1/validate}, answered with 200, or with 422 if the push is to be
 * refused, and {@code POST /v1/apply}. Root may ask, and the user who may push into the registered repository.
 */
public record PushRoutes(PushReceiver receiver) implements UnixServer.Handler {

    private static final String ROOT = "0";

    static final String VALIDATE = "/v1/validate";
    static final String APPLY = "/v1/apply";

    @Override
    public void handle(Request request, Reply reply) throws IOException {
        var user = request.peer().user().getName();
        requirePusher(request);
        if (!request.method().equals("POST")) {
            throw new HttpException(405, request.path() + " wants POST");
        }
        var asked = parsed(request.text());
        switch (request.path()) {
            case VALIDATE -> {
                var text = new StringWriter();
                boolean fit = receiver.by(user).validate(asked, new PrintWriter(text));
                reply.send(fit ? 200 : 422, Reply.TEXT, text.toString());
            }
            case APPLY -> {
                // Whoever asked may go away, and what has begun goes on.
                try (var out = new Heedless(reply.stream(200, Reply.TEXT));
                        var writer = new PrintWriter(out, true, StandardCharsets.UTF_8)) {
                    receiver.by(user).apply(asked, writer);
                }
            }
            default -> throw new HttpException(404, "there is no " + request.path());
        }
    }

    private void requirePusher(Request request) throws IOException {
        var owner = receiver.registered().orElseThrow(() -> new HttpException(403, "this host takes no pushes: see"
                + " `plumbline init`")).owner();
        var users = FileSystems.getDefault().getUserPrincipalLookupService();
        var peer = request.peer().user();
        if (!peer.equals(users.lookupPrincipalByName(ROOT)) && !peer.equals(users.lookupPrincipalByName(owner))) {
            throw new HttpException(403, "the user " + peer.getName() + " may not push to this host; " + owner
                    + " may");
        }
    }

    private static PushRequest parsed(String text) throws HttpException {
        try {
            return PushRequest.parse(text);
        } catch (HostException e) {
            throw new HttpException(400, e.getMessage());
        }
    }

    /** Writes as long as somebody reads. */
    private static final class Heedless extends FilterOutputStream {

        private boolean broken;

        Heedless(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            attempt(() -> out.write(bytes, offset, count));
        }

        @Override
        public void flush() {
            attempt(out::flush);
        }

        @Override
        public void close() {
            attempt(out::close);
        }

        private interface Writing {
            void write() throws IOException;
        }

        private void attempt(Writing writing) {
            try {
                if (!broken) {
                    writing.write();
                }
            } catch (IOException e) {
                broken = true;
            }
        }
    }
}
