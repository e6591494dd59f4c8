package dev.plumbline.agent;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system, by {@code sun.misc.Signal}: Java has no other way to hear SIGHUP, or to end by
 * SIGTERM with exit code 0. By reflection, because javac warns of that class and the warning cannot be turned off.
 */
final class Signals {

    private Signals() {
    }

    /**
     * Runs this on a thread of its own whenever the signal comes, in the place of what the JVM would do.
     *
     * @param name without SIG
     */
    static void handle(String name, Runnable task) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invoked = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    task.run();
                    return null;
                }
                return method.invoke(task, arguments);
            };
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class)
                    .newInstance(name), Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler},
                    invoked));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle SIG" + name, e);
        }
    }
}
