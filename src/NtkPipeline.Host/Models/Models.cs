using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// Where the sentence encoders lie: in data/models, brought there by <c>ntk fetch model</c> or, once, out of the package beside the
/// program; or in a folder of a person's own. What nobody named is told of, with its digest.
/// </summary>
internal sealed class Models(Terminal terminal)
{
    private readonly HashSet<string> _named = [];

    private readonly Dictionary<string, Task<FSharpResult<EncoderIdentity, PipelineError>>> _known = [];

    /// <summary>The folder of "minilm" or "arctic"; a person's own is only for the first.</summary>
    public FSharpResult<string, PipelineError> Folder(string kind, string own)
    {
        if (kind == "arctic" || own == "")
            return Found(Packaged(kind));

        if (SentenceEncoderModule.isIn(own))
            Remark(own);

        return FSharpResult<string, PipelineError>.NewOk(own);
    }

    /// <summary>What is in a folder of an encoder, whose files are read once for it.</summary>
    public FSharpResult<EncoderIdentity, PipelineError> Identity(string folder) => Reading(folder).GetAwaiter().GetResult();

    /// <summary>Begins to read an encoder's files beside what else has to be read, as they are the largest; nothing where it has yet to be unpacked.</summary>
    public void Ahead(string kind, string own)
    {
        var folder = kind == "arctic" || own == "" ? Home.Model(Packaged(kind).Name) : own;

        if (SentenceEncoderModule.isIn(folder))
            Reading(folder);
    }

    private Task<FSharpResult<EncoderIdentity, PipelineError>> Reading(string folder)
    {
        if (!_known.TryGetValue(folder, out var known))
            _known[folder] = known = Task.Run(() => SentenceEncoderModule.identity(folder));

        return known;
    }

    private static PackagedModel Packaged(string kind) =>
        kind == "arctic" ? PackagedModelModule.arctic : PackagedModelModule.miniLm;

    /// <summary>What "auto" means: the sentence transformer, and where neither it nor its package is there, LSA.</summary>
    public static string Auto(string own) =>
        own != "" || SentenceEncoderModule.isIn(Home.Model(PackagedModelModule.miniLm.Name)) || IsPackaged(PackagedModelModule.miniLm)
            ? "minilm"
            : "lsa";

    private static string Assembly(PackagedModel packaged) => Path.Combine(AppContext.BaseDirectory, "models", packaged.Assembly);

    private static bool IsPackaged(PackagedModel packaged) => File.Exists(Assembly(packaged));

    private FSharpResult<string, PipelineError> Found(PackagedModel packaged)
    {
        var folder = Home.Model(packaged.Name);
        var isThere = SentenceEncoderModule.isIn(folder);

        return !isThere && !IsPackaged(packaged)
            ? FSharpResult<string, PipelineError>.NewOk(folder)
            : from unpacked in isThere ? FSharpResult<Unit, PipelineError>.NewOk(null!) : Unpack(packaged, folder)
              from identity in Identity(folder)
              select Named(packaged, folder, identity.Model);
    }

    private string Named(PackagedModel packaged, string folder, Digest digest)
    {
        if (_named.Add(folder) && !terminal.IsQuiet)
            terminal.Say($"ntk: the encoder {packaged.Name} is the one in {folder}, SHA-256 {digest.Hex}");

        return folder;
    }

    private FSharpResult<Unit, PipelineError> Unpack(PackagedModel packaged, string folder)
    {
        if (!terminal.IsQuiet)
            terminal.Say($"ntk: {packaged.Name} is unpacked into {folder}, once");

        var progress = FetchProgress.For(terminal);
        return progress.Watch(() => PackagedModelModule.unpack(
            FuncConvert.FromAction<FetchEvent>(progress.Tell), packaged, Assembly(packaged), folder));
    }

    private void Remark(string folder)
    {
        if (EncoderProfileModule.remark(folder) is { Value: var remark })
            terminal.Say($"ntk: {remark}");
    }
}
