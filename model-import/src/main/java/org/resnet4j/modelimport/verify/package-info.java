/** Whether an imported network computes what the original framework recorded. */
package org.resnet4j.modelimport.verify;
