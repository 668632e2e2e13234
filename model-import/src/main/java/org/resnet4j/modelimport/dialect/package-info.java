/** Configurations of Keras 2.2.4, 2.x (tf-keras) and 3 become one typed model. */
package org.resnet4j.modelimport.dialect;
