/** The YAML language: documents to typed records, schema check, positions, and errors for the person who can act. */
@NullMarked
package dev.plumbline.intent;

import org.jspecify.annotations.NullMarked;
