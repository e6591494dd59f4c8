package dev.plumbline.agent;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.quartz.spi.ThreadPool;

/**
 * One thread for Quartz that waits until there is something to do: those of its own look twice a second. Public because
 * Quartz sets properties of it by reflection.
 */
public final class ScheduleThread implements ThreadPool {

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), Thread.ofPlatform().daemon().name("schedule").factory());

    @Override
    public boolean runInThread(Runnable task) {
        executor.execute(task);
        return true;
    }

    @Override
    public int blockForAvailableThreads() {
        return 1;
    }

    @Override
    public void initialize() {
        executor.prestartCoreThread();
    }

    @Override
    public void shutdown(boolean waitForTasks) {
        if (waitForTasks) {
            executor.close();
        } else {
            executor.shutdown();
        }
    }

    @Override
    public int getPoolSize() {
        return 1;
    }

    @Override
    public void setInstanceId(String id) {
        // It has no part in the thread's name.
    }

    @Override
    public void setInstanceName(String name) {
        // Nor has this.
    }
}
