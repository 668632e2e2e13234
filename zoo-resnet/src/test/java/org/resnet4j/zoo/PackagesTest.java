package org.resnet4j.zoo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class PackagesTest {
  private static final JavaClasses ZOO =
      new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("org.resnet4j");

  @Test
  void noPackageDependsOnItselfThroughOthers() {
    slices().matching("org.resnet4j.(**)").should().beFreeOfCycles().check(ZOO);
  }

  @Test
  void theLibraryKnowsNoBackend() {
    noClasses().should().dependOnClassesThat()
        .resideInAnyPackage("org.nd4j.linalg.cpu..", "org.nd4j.linalg.jcublas..", "org.bytedeco..").check(ZOO);
  }

  /** ModelSerializer unpickles Java objects from the file; Java's own deserialisation runs what the file says. */
  @Test
  void nothingReadsJavaObjectsFromFiles() {
    noClasses().should().dependOnClassesThat()
        .haveFullyQualifiedName("org.deeplearning4j.util.ModelSerializer")
        .orShould().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream").check(ZOO);
  }
}
