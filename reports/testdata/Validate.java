import java.io.File;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;

/** Validates XML files against a schema: java Validate.java SCHEMA FILE… */
class Validate {
  public static void main(String[] args) throws Exception {
    SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
    Schema schema = factory.newSchema(new File(args[0]));
    for (int i = 1; i < args.length; i++) {
      String verdict = "valid";
      try {
        schema.newValidator().validate(new StreamSource(new File(args[i])));
      } catch (org.xml.sax.SAXException e) {
        verdict = "invalid: " + e.getMessage();
      }
      System.out.println(verdict);
    }
  }
}
