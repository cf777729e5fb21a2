namespace NtkPipeline.Core

/// The page about the language of networks, as `ntk help network` shows it and as src/docs/network.md has it.
[<RequireQualifiedAccess>]
module NetworkGuide =

    let private beginning =
        "A network is written input side first, its layers joined by |:  dense 512 | relu | dense 1\n\
         Activations and layer-norm stand right after a dense layer, conv or attention. Blanks do not count; numbers have a decimal point.\n\
         In train.network, the setting of `ntk run`, the letter m stands for the widths of the grid: dense m | relu | dense 1"

    let private ending =
        "The kernels are those of the infinitely wide network (NNGP and NTK) in the parameterisation that is written; `--empirical`,\n\
         `--monte-carlo` and training take the widths as they stand. exp-normalised acts on kernels alone: no network of finite width has it."

    let private indent (line: string) = $"      %s{line}"

    let private usual (argument: ArgumentGuide) =
        match argument.Default with
        | Some value -> $"default %s{value}"
        | None -> "required"

    let private layer (guide: LayerGuide) = [
        $"  %s{guide.Form}"
        indent guide.Meaning
        for argument in guide.Arguments do
            indent $"%s{argument.Written}: %s{argument.Meaning}; %s{usual argument}"
        if guide.Ignored <> "" then
            indent $"ignored at infinite width: %s{guide.Ignored}"
    ]

    let private wide (names: string list) = names |> List.map String.length |> List.max

    /// The page for a terminal.
    let page: string =
        let forms = wide (LayerGuide.activations |> List.map _.Form)

        String.concat "\n" [
            beginning
            ""
            "Layers"
            yield! List.collect layer LayerGuide.structure
            ""
            "Layers over the tokens of a text (commands whose inputs are rows refuse them)"
            yield! List.collect layer LayerGuide.tokens
            ""
            "Activations, each applied to every unit"
            for guide in LayerGuide.activations do
                $"  %s{guide.Form.PadRight forms}  %s{guide.Meaning}"
            ""
            ending
            ""
            "Examples, with neural-tangents and PyTorch beneath (Ntk(fan_in, units, w, b) is a layer in NTK parameterisation)"
            for example in NetworkExamples.all do
                $"  %s{example.Text}      (%s{example.What})"
                indent example.NeuralTangents
                indent example.PyTorch
        ]

    let private cell (text: string) = text.Replace("|", "\\|")

    let private row (cells: string list) = $"""| %s{cells |> List.map cell |> String.concat " | "} |"""

    let private code (text: string) = $"`%s{text}`"

    let private table (head: string list) (rows: string list list) = [
        row head
        $"""|%s{String.replicate head.Length "---|"}"""
        for cells in rows do
            row cells
        ""
    ]

    let private ntk =
        "```python\n\
         class Ntk(nn.Module):\n    \
             def __init__(self, fan_in, units, w=1.0, b=0.0):\n        \
                 super().__init__()\n        \
                 self.W, self.b = nn.Parameter(torch.randn(units, fan_in)), nn.Parameter(torch.randn(units))\n        \
                 self.w, self.s = w / fan_in ** .5, b\n\n    \
             def forward(self, x):\n        \
                 return self.w * x @ self.W.T + self.s * self.b\n\
         ```"

    /// The page for the documentation, in Markdown.
    let markdown: string =
        String.concat "\n" [
            "# The network language"
            ""
            "<!-- Made from the parser's own tables by NetworkGuide.fs, and tested against them: `ntk help network --markdown` writes it. -->"
            ""
            beginning.Replace(":  dense 512 | relu | dense 1", ": `dense 512 | relu | dense 1`.")
            ""
            "## Layers"
            ""
            for guide in LayerGuide.structure @ LayerGuide.tokens do
                $"### %s{guide.Name}"
                ""
                $"`%s{guide.Form}`"
                ""
                $"%s{guide.Meaning}."
                ""

                if not guide.Arguments.IsEmpty then
                    yield!
                        table
                            [ "argument"; "default"; "meaning" ]
                            (guide.Arguments
                             |> List.map (fun a -> [
                                 code a.Written
                                 defaultArg a.Default "required"
                                 a.Meaning
                             ]))

                if guide.Ignored <> "" then
                    $"At infinite width ignored: %s{guide.Ignored}."
                    ""
            "## Activations"
            ""
            yield!
                table [ "activation"; "φ(x)"; "neural-tangents"; "PyTorch" ] [
                    for guide in LayerGuide.activations do
                        match Map.tryFind guide.Name ActivationGuide.all with
                        | Some elsewhere -> [
                            code guide.Form
                            guide.Meaning
                            code elsewhere.NeuralTangents
                            code elsewhere.PyTorch
                          ]
                        | None -> [ code guide.Form; guide.Meaning; ""; "" ]
                ]
            ending
            ""
            "## Examples"
            ""
            "neural-tangents with `from neural_tangents import stax`; PyTorch with d features and"
            ""
            ntk
            ""
            for example in NetworkExamples.all do
                $"**%s{example.What}**"
                ""
                "```"
                example.Text
                example.NeuralTangents
                example.PyTorch
                "```"
                ""
        ]
