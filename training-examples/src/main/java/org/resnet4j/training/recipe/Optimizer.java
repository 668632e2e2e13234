package org.resnet4j.training.recipe;

/** What makes a step of a gradient. */
public sealed interface Optimizer {

  /** Stochastic gradient descent with momentum, as {@code torch.optim.SGD}; weight decay is part of the gradient. */
  @Kind("sgd")
  record Sgd(@Default("0.9") double momentum, @Default("false") boolean nesterov) implements Optimizer {
    public Sgd {
      Check.share("momentum", momentum);
    }
  }

  /** Kingma and Ba (arXiv:1412.6980), as {@code torch.optim.Adam}; weight decay is part of the gradient. */
  @Kind("adam")
  record Adam(@Default("0.9") double beta1, @Default("0.999") double beta2, @Default("1e-8") double epsilon)
      implements Optimizer {
    public Adam {
      checkAdam(beta1, beta2, epsilon);
    }
  }

  /** Loshchilov and Hutter (arXiv:1711.05101), as {@code torch.optim.AdamW}: weight decay acts on the weights. */
  @Kind("adamw")
  record AdamW(@Default("0.9") double beta1, @Default("0.999") double beta2, @Default("1e-8") double epsilon)
      implements Optimizer {
    public AdamW {
      checkAdam(beta1, beta2, epsilon);
    }
  }

  private static void checkAdam(double beta1, double beta2, double epsilon) {
    Check.share("beta1", beta1);
    Check.share("beta2", beta2);
    Check.above0("epsilon", epsilon, 1);
  }
}
