/**
 * A run that a person can read: {@link org.stellwerk.simulation.page.RunRecorder} takes down what
 * happens in a world, {@link org.stellwerk.simulation.page.TextTrace} tells it line by line, {@link
 * org.stellwerk.simulation.page.TracePage} draws it.
 *
 * <pre>{@code
 * SimWorld world = new SimWorld(17);
 * RunRecorder recorder = RunRecorder.attach(world);          // before anything happens
 * ...                                                        // the scenario
 * RecordedRun run = recorder.finish("a leader is killed");   // or finish(title, failure)
 * TracePage.write(Path.of("target/sim/seed-17.html"), run);
 * new TextTrace(run).lines(TextTrace.Filter.ALL).forEach(out::println);
 * }</pre>
 */
@NullMarked
package org.stellwerk.simulation.page;

import org.jspecify.annotations.NullMarked;
