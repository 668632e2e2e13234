package org.resnet4j.benchmarks.contest;

import java.time.LocalDateTime;
import org.resnet4j.benchmarks.worker.Job;

/**
 * What figures depend on apart from who computed.
 *
 * @param commit of the sources, with a remark if they were changed since
 * @param loadBefore load averages when the contest began
 * @param loadAfter the same when it was over; its own work counts
 */
record Conditions(Job job, Machine machine, Pace pace, LocalDateTime started, String commit, String loadBefore,
    String loadAfter) {}
