namespace NtkPipeline.Core

/// The page's entries, of every name of the language.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LayerGuide =

    let private required = GuideEntry.required
    let private argument written usual meaning = GuideEntry.argument written usual meaning

    let private dense = {
        Name = "dense"
        Form = "dense 512 w=1.5 b=0.05 param=standard"
        Example = "dense 512 w=1.5 b=0.05 | relu | dense 1"
        Meaning =
            "z = (σ_w/√fan_in)·W a + σ_b·b, all entries of W and b standard normal: a fully connected layer"
        Arguments = [
            argument "512" required "units, 1 or more; in the last layer, the network's outputs"
            argument "w=1.5" (Some "1") "σ_w, above 0"
            argument "b=0.05" (Some "0, no bias") "σ_b, 0 or above"
            argument
                "param=standard"
                (Some "ntk")
                "parameters that are trained with their scale in them: W ~ N(0, σ_w²/fan_in), as PyTorch has them"
        ]
        Ignored = "the number of units of a hidden layer, unless param=standard, where Θ grows with it"
    }

    let private layerNorm = {
        Name = "layer-norm"
        Form = "layer-norm(1e-5)"
        Example = "dense 512 | layer-norm | relu | dense 1"
        Meaning =
            "(z − mean z)/√(var z + eps) over the units of a row, right after dense, conv or attention; no trained scale or shift"
        Arguments = [ argument "(1e-5)" (Some "0") "eps, 0 or above" ]
        Ignored = ""
    }

    let private residual = {
        Name = "residual"
        Form = "residual(relu | dense 512)"
        Example = "dense 512 | residual(relu | dense 512) | relu | dense 1"
        Meaning =
            "its input plus what the branch makes of it; the branch ends in a dense layer as wide as the input"
        Arguments = [ argument "(relu | dense 512)" required "the branch, a part of a network" ]
        Ignored = ""
    }

    let private repeat = {
        Name = "repeat"
        Form = "repeat(3, dense 512 | relu)"
        Example = "repeat(3, dense 512 | relu) | dense 1"
        Meaning = "a shorthand: the part so many times, each time with weights of its own"
        Arguments = [
            argument "3" required "how often, 1 to 1000"
            argument ", dense 512 | relu" required "the part"
        ]
        Ignored = ""
    }

    let private scale = {
        Name = "scale"
        Form = "scale(0.5)"
        Example = "dense 512 | relu | dense 1 | scale(0.5)"
        Meaning = "at the end: the output times α, so that K and Θ are multiplied by α²"
        Arguments = [ argument "(0.5)" required "α, above 0 and at most 1e6" ]
        Ignored = ""
    }

    let private centred = {
        Name = "centred"
        Form = "centred"
        Example = "dense 512 | relu | dense 1 | centred"
        Meaning =
            "at the end: f(x; θ) − f(x; θ₀), which is 0 before training; Θ stays as it is, K becomes 0 everywhere"
        Arguments = []
        Ignored = ""
    }

    let private activation (entry: ActivationEntry) =
        let name, example, takes =
            match entry with
            | Plain activation -> activation.Text, activation, None
            | OfReal(name, example, _) -> name, example, Some "a number"
            | OfWhole(name, example, _) -> name, example, Some "a whole number"

        let guide = Map.tryFind name ActivationGuide.all

        {
            Name = name
            Form = example.Text
            Example = $"dense 512 | %s{example.Text} | dense 1"
            Meaning = guide |> Option.map _.Formula |> Option.defaultValue ""
            Arguments = [
                match takes with
                | Some kind -> argument (example.Text.Substring name.Length) required kind
                | None -> ()
            ]
            Ignored = ""
        }

    /// The layers, what stands at a network's end, and `repeat`.
    let structure: LayerGuide list = [ dense; layerNorm; residual; repeat; scale; centred ]

    /// Layers that take the tokens of a text together.
    let tokens: LayerGuide list = TokenGuide.all

    let activations: LayerGuide list = Activations.all |> List.map activation

    /// Of every name of the language.
    let all: LayerGuide list = structure @ tokens @ activations

    /// Of this name, or of the one that it is mistyped for.
    let find (name: string) : LayerGuide option =
        all
        |> List.tryFind (fun guide -> guide.Name = name)
        |> Option.orElseWith (fun () ->
            Nearest.find (all |> List.map _.Name) name
            |> Option.bind (fun near -> all |> List.tryFind (fun guide -> guide.Name = near)))
