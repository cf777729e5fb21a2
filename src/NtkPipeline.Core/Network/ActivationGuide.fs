namespace NtkPipeline.Core

/// What the language's page says of an activation: φ in words, and its names elsewhere.
type ActivationGuide = { Formula: string; NeuralTangents: string; PyTorch: string }

[<RequireQualifiedAccess>]
module ActivationGuide =

    let private of' formula neuralTangents pyTorch = {
        Formula = formula
        NeuralTangents = neuralTangents
        PyTorch = pyTorch
    }

    /// By the activation's name; every activation of the language has one.
    let all: Map<string, ActivationGuide> =
        Map.ofList [
            "relu", of' "max(x, 0)" "stax.Relu()" "nn.ReLU()"
            "leaky-relu", of' "x for x > 0, slope·x below" "stax.LeakyRelu(0.1)" "nn.LeakyReLU(0.1)"
            "squared-relu", of' "max(x, 0)²" "stax.ElementwiseNumerical" "torch.relu(x) ** 2"
            "abs", of' "|x|" "stax.Abs()" "torch.abs"
            "erf", of' "the error function" "stax.Erf()" "torch.erf"
            "gelu", of' "x·(1 + erf(x/√2))/2, exact" "stax.Gelu()" "nn.GELU()"
            "sin", of' "sin x" "stax.Sin()" "torch.sin"
            "cos", of' "cos x" "stax.Cos()" "torch.cos"
            "gaussian", of' "exp(−x²)" "stax.Gaussian()" "torch.exp(-x ** 2)"
            "rbf",
            of'
                "√2·sin(√(2γ)·x + π/4), whose dual is exp(−γ·‖u − v‖²)"
                "stax.Rbf(1.0)"
                "2 ** .5 * torch.sin((2 * g) ** .5 * x + math.pi / 4)"
            "exp-normalised",
            of' "acts on kernels only: K → s·exp(K/s − 1), s = √(K_xx K_zz)" "stax.ExpNormalized()" "none"
            "identity", of' "x" "stax.Identity()" "nn.Identity()"
            "monomial", of' "xⁿ, n from 1 to 16" "stax.Monomial(2)" "x ** 2"
            "tanh", of' "tanh x" "stax.ElementwiseNumerical" "nn.Tanh()"
            "softplus", of' "log(1 + exp x)" "stax.ElementwiseNumerical" "nn.Softplus()"
            "silu", of' "x/(1 + exp(−x)), swish" "stax.ElementwiseNumerical" "nn.SiLU()"
            "sigmoid", of' "1/(1 + exp(−x))" "stax.ElementwiseNumerical" "nn.Sigmoid()"
        ]
