namespace NtkPipeline.Core

/// One network in three languages.
type NetworkExample = {
    What: string
    Text: string
    /// With `from neural_tangents import stax`.
    NeuralTangents: string
    /// With `Ntk(fan_in, units, w, b)` for a layer in NTK parameterisation, and d features.
    PyTorch: string
}

/// Networks of the language beside those of neural-tangents and PyTorch.
[<RequireQualifiedAccess>]
module NetworkExamples =

    let private example what text neuralTangents pyTorch = {
        What = what
        Text = text
        NeuralTangents = neuralTangents
        PyTorch = pyTorch
    }

    let all: NetworkExample list = [
        example
            "one hidden layer: the method as it was written"
            "dense 512 | relu | dense 1"
            "stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1))"
            "nn.Sequential(Ntk(d, 512), nn.ReLU(), Ntk(512, 1))"
        example
            "weights' and biases' scales"
            "dense 512 w=1.5 b=0.05 | erf | dense 1"
            "stax.serial(stax.Dense(512, W_std=1.5, b_std=0.05), stax.Erf(), stax.Dense(1))"
            "nn.Sequential(Ntk(d, 512, 1.5, 0.05), Erf(), Ntk(512, 1))   # Erf.forward: torch.erf(x)"
        example
            "three hidden layers at the edge of chaos"
            "repeat(3, dense 512 w=1.4142135623730951 | relu) | dense 1"
            "stax.serial(*[stax.Dense(512, W_std=2 ** .5), stax.Relu()] * 3, stax.Dense(1))"
            "nn.Sequential(Ntk(d, 512, 2 ** .5), nn.ReLU(), *[Ntk(512, 512, 2 ** .5), nn.ReLU()] * 2, Ntk(512, 1))   # each with weights of its own"
        example
            "ten outputs"
            "dense 512 | leaky-relu(0.1) | dense 10"
            "stax.serial(stax.Dense(512), stax.LeakyRelu(0.1), stax.Dense(10))"
            "nn.Sequential(Ntk(d, 512), nn.LeakyReLU(0.1), Ntk(512, 10))"
        example
            "layer-norm before the activation"
            "dense 256 | layer-norm | gelu | dense 1"
            "stax.serial(stax.Dense(256), stax.LayerNorm(), stax.Gelu(), stax.Dense(1))"
            "nn.Sequential(Ntk(d, 256), nn.LayerNorm(256, eps=0, elementwise_affine=False), nn.GELU(), Ntk(256, 1))"
        example
            "a residual block"
            "dense 256 | residual(relu | dense 256) | relu | dense 1"
            "stax.serial(stax.Dense(256), stax.FanOut(2), stax.parallel(stax.serial(stax.Relu(), stax.Dense(256)), stax.Identity()), stax.FanInSum(), stax.Relu(), stax.Dense(1))"
            "h = first(x); h = h + block(torch.relu(h)); last(torch.relu(h))"
        example
            "PyTorch's own parameterisation"
            "dense 512 param=standard | tanh | dense 1 param=standard"
            "stax.serial(stax.Dense(512, parameterization='standard'), stax.ElementwiseNumerical(jnp.tanh, deg=25), stax.Dense(1, parameterization='standard'))"
            "nn.Sequential(nn.Linear(d, 512, bias=False), nn.Tanh(), nn.Linear(512, 1, bias=False))   # weights drawn from N(0, 1/fan_in)"
        example
            "a smaller output that starts at 0"
            "dense 1024 | relu | dense 1 | scale(0.5) | centred"
            "stax.serial(stax.Dense(1024), stax.Relu(), stax.Dense(1))   # Θ times 0.25"
            "0.5 * (net(x) - net_at_start(x))"
        example
            "a kernel of radial basis functions as a network"
            "dense 2048 | rbf(0.5) | dense 1"
            "stax.serial(stax.Dense(2048), stax.Rbf(0.5), stax.Dense(1))"
            "nn.Sequential(Ntk(d, 2048), Rbf(), Ntk(2048, 1))   # Rbf.forward: 2 ** .5 * torch.sin(x + math.pi / 4)"
        example
            "polynomial features"
            "dense 1024 b=1 | monomial(2) | dense 1"
            "stax.serial(stax.Dense(1024, b_std=1), stax.Monomial(2), stax.Dense(1))"
            "nn.Sequential(Ntk(d, 1024, 1, 1), Square(), Ntk(1024, 1))   # Square.forward: x ** 2"
    ]
