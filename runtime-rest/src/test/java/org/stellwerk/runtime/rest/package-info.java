@NullMarked
package org.stellwerk.runtime.rest;

import org.jspecify.annotations.NullMarked;
