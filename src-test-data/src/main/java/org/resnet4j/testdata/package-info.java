/** Fixtures recorded from the original frameworks, and how tests find them. */
package org.resnet4j.testdata;
