package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.classloading.UserClassLoader;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobInformation;

/**
 * One class loader per job, made when its first task needs it, with the jars fetched once however
 * many tasks wait. Kept between tasks; closed once the job was released and its last task has
 * ended. What could not be fetched is tried again for the next task. Thread-safe.
 */
final class JobClassLoaders {

  private static final Logger LOG = LoggerFactory.getLogger(JobClassLoaders.class);

  private final JarCache cache;
  private final ClassLoader parent;
  private final Executor executor;
  private final Map<JobID, Job> jobs = new HashMap<>();

  /** A task, to which a call that would end the JVM may belong. */
  interface Task {
    /** Whether the thread is the task's own. */
    boolean runsIn(Thread thread);

    /** User code has made such a call; in the thread of the call. */
    void exitCalled(UserExitError failure);
  }

  private static final class Job {
    final CompletableFuture<UserClassLoader> loader = new CompletableFuture<>();
    final List<BlobKey> jars = new ArrayList<>();
    final List<Task> tasks = new ArrayList<>();
    boolean released;
  }

  /** A task's use of its job's class loader. */
  final class Lease implements AutoCloseable {
    private final JobID jobId;
    private final Job job;
    private final Task task;

    private Lease(JobID jobId, Job job, Task task) {
      this.jobId = jobId;
      this.job = job;
      this.task = task;
    }

    /** Fails with an IOException if a jar could not be had. */
    CompletableFuture<UserClassLoader> loader() {
      return job.loader;
    }

    @Override
    public void close() {
      synchronized (JobClassLoaders.this) {
        if (job.tasks.remove(task)) {
          closeIfUnused(jobId, job);
        }
      }
    }
  }

  JobClassLoaders(JarCache cache, ClassLoader parent, Executor executor) {
    this.cache = cache;
    this.parent = parent;
    this.executor = executor;
  }

  /** Begins to make the job's class loader if there is none. */
  Lease lease(JobInformation information, Task task) {
    Lease lease;
    boolean first;
    synchronized (this) {
      Job job = jobs.get(information.jobId());
      first = job == null || job.loader.isCompletedExceptionally();
      if (first) {
        job = new Job();
        jobs.put(information.jobId(), job);
      }
      job.tasks.add(task);
      job.released = false;
      lease = new Lease(information.jobId(), job, task);
    }
    if (first) {
      executor.execute(() -> make(information, lease.job));
    }
    return lease;
  }

  private void make(JobInformation information, Job job) {
    List<BlobKey> acquired = new ArrayList<>();
    try {
      List<Path> files = new ArrayList<>();
      for (BlobKey key : information.userJars()) {
        files.add(cache.acquire(information.blobServerAddress(), key));
        acquired.add(key);
      }
      UserClassLoader loader =
          new JobClassLoader(
              "job-" + information.jobId(), files, parent, failure -> exitCalled(job, failure));
      synchronized (this) {
        job.jars.addAll(acquired);
        job.loader.complete(loader);
        closeIfUnused(information.jobId(), job);
      }
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      acquired.forEach(cache::release);
      synchronized (this) {
        job.loader.completeExceptionally(e);
        closeIfUnused(information.jobId(), job);
      }
    }
  }

  /** A thread that user code has made may belong to any of the job's tasks here. */
  private void exitCalled(Job job, UserExitError failure) {
    List<Task> all;
    synchronized (this) {
      all = List.copyOf(job.tasks);
    }
    List<Task> own = all.stream().filter(task -> task.runsIn(Thread.currentThread())).toList();
    (own.isEmpty() ? all : own).forEach(task -> task.exitCalled(failure));
  }

  /** The job's slots are gone: its class loader goes with its last task. */
  synchronized void release(JobID jobId) {
    Job job = jobs.get(jobId);
    if (job != null) {
      job.released = true;
      closeIfUnused(jobId, job);
    }
  }

  /** Closes what is left. */
  synchronized void releaseAll() {
    List.copyOf(jobs.keySet()).forEach(this::release);
  }

  /** How many jobs have a class loader. */
  synchronized int size() {
    return jobs.size();
  }

  private void closeIfUnused(JobID jobId, Job job) {
    boolean failed = job.loader.isCompletedExceptionally();
    if (!job.tasks.isEmpty() || !job.loader.isDone() || !(job.released || failed)) {
      return;
    }
    jobs.remove(jobId, job);
    UserClassLoader loader = loaderOf(job);
    if (loader != null) {
      loader.close();
      job.jars.forEach(cache::release);
      job.jars.clear();
      LOG.debug("Closed the class loader of job {}.", jobId);
    }
  }

  private static @Nullable UserClassLoader loaderOf(Job job) {
    try {
      return job.loader.getNow(null);
    } catch (CompletionException e) {
      return null;
    }
  }
}
