/** Programs that the tests of the command line put into jars. */
@NullMarked
package com.example;

import org.jspecify.annotations.NullMarked;
