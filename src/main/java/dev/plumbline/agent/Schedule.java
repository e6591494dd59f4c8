package dev.plumbline.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;
import org.quartz.impl.DirectSchedulerFactory;
import org.quartz.simpl.RAMJobStore;

/** Runs short tasks at their times, by Quartz with one thread and nothing on disk. */
final class Schedule implements AutoCloseable {

    private final Scheduler scheduler;

    /** What a task does: it must not take long, for the others wait. */
    interface Task extends Job {
        void run();

        @Override
        default void execute(org.quartz.JobExecutionContext context) {
            run();
        }
    }

    /** Tasks run from now on. */
    Schedule() {
        try {
            // Quartz keeps schedulers by name.
            var name = "plumbline-" + UUID.randomUUID();
            DirectSchedulerFactory.getInstance().createScheduler(name, name, new ScheduleThread(), new RAMJobStore());
            scheduler = DirectSchedulerFactory.getInstance().getScheduler(name);
            scheduler.setJobFactory((fired, any) -> (Job) fired.getJobDetail().getJobDataMap().get("task"));
            scheduler.start();
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a task once after this time, in the place of the one of this name that still waits. */
    void after(String name, Duration time, Task task) {
        try {
            scheduler.deleteJob(JobKey.jobKey(name));
            var job = JobBuilder.newJob(task.getClass()).withIdentity(name).build();
            job.getJobDataMap().put("task", task);
            var trigger = TriggerBuilder.newTrigger().startAt(new Date(System.currentTimeMillis() + time.toMillis()))
                    .build();
            scheduler.scheduleJob(job, trigger);
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a task away that still waits. */
    void cancel(String name) {
        try {
            scheduler.deleteJob(JobKey.jobKey(name));
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When the next task of these names runs. */
    Optional<Instant> next(Set<String> names) {
        try {
            var next = Optional.<Instant>empty();
            for (var name : names) {
                for (var trigger : scheduler.getTriggersOfJob(JobKey.jobKey(name))) {
                    var time = Optional.ofNullable(trigger.getNextFireTime()).map(Date::toInstant);
                    next = Stream.concat(next.stream(), time.stream()).min(Instant::compareTo);
                }
            }
            return next;
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            scheduler.shutdown(true);
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }
}
